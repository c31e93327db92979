/* Two threads on one module that nobody prepared; the maker lets go of it before they are done.
   Arguments: a built module, requests, answers. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>

#include "support.h"

static char *requests, *answers;
static size_t requests_length, answers_length;

static void *work(void *shared)
{
    trust_module *module = shared;
    trust_session *session = NULL;
    CHECK(trust_session_new(&session, NULL) == TRUST_OK);
    for (int round = 0; round < 20; round++) {
        char *request = requests, *wanted = answers;
        while (request < requests + requests_length) {
            char *end_of_request = memchr(request, '\n', (size_t)(requests + requests_length - request));
            char *end_of_answer = memchr(wanted, '\n', (size_t)(answers + answers_length - wanted));
            CHECK(end_of_request != NULL && end_of_answer != NULL);
            char line[4096];
            size_t needed = 0, size = (size_t)(end_of_answer - wanted);
            trust_answer(module, session, NULL, request, (size_t)(end_of_request - request), line, sizeof line, &needed,
                         NULL);
            CHECK(needed == size && memcmp(line, wanted, size) == 0);
            request = end_of_request + 1;
            wanted = end_of_answer + 1;
        }
    }
    trust_session_free(session);
    trust_module_release(module);
    return NULL;
}

int main(int count, char **paths)
{
    CHECK(count == 4);
    begin();
    requests = slurp(paths[2], &requests_length);
    answers = slurp(paths[3], &answers_length);
    trust_module *module = NULL;
    OK(trust_module_load_path(paths[1], strlen(paths[1]), &module, problem));
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) {
        OK(trust_module_retain(module, problem));
        CHECK(pthread_create(&threads[i], NULL, work, module) == 0);
    }
    trust_module_release(module);
    for (int i = 0; i < 2; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
    }
    free(requests);
    free(answers);
    end();
    return 0;
}
