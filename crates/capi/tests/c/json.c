/* Decisions and reactions from JSON: the answers are those of the example.
   Arguments: a built module, requests, answers. */
#include "support.h"

int main(int count, char **paths)
{
    CHECK(count == 4);
    begin();
    trust_module *module = NULL;
    OK(trust_module_load_path(paths[1], strlen(paths[1]), &module, problem));
    trust_session *session = NULL;
    OK(trust_session_new(&session, problem));
    size_t length = 0, wanted_length = 0;
    char *requests = slurp(paths[2], &length), *answers = slurp(paths[3], &wanted_length);
    char *request = requests, *wanted = answers;
    int lines = 0, reactions = 0;
    while (request < requests + length) {
        char *end_of_request = memchr(request, '\n', (size_t)(requests + length - request));
        char *end_of_answer = memchr(wanted, '\n', (size_t)(answers + wanted_length - wanted));
        CHECK(end_of_request != NULL && end_of_answer != NULL);
        size_t size = (size_t)(end_of_request - request), wanted_size = (size_t)(end_of_answer - wanted);

        /* How long it is; too little room; just enough. */
        size_t needed = 0;
        trust_status first = trust_answer(module, session, NULL, request, size, NULL, 0, &needed, problem);
        CHECK(first == TRUST_SMALL && needed == wanted_size);
        char *line = malloc(needed);
        CHECK(line != NULL);
        STATUS(TRUST_SMALL, trust_answer(module, session, NULL, request, size, line, needed - 1, &needed, problem));
        trust_status done = trust_answer(module, session, NULL, request, size, line, needed, &needed, problem);
        CHECK(done == TRUST_OK || done == TRUST_REFUSED);
        CHECK(needed == wanted_size && memcmp(line, wanted, needed) == 0);
        free(line);

        /* The same as words. */
        uint64_t words[256];
        uint32_t block = 0;
        trust_status decided = trust_decide_json(module, session, NULL, request, size, words, 256, &block, problem);
        if (decided == TRUST_OK) {
            trust_block about;
            OK(trust_module_block(module, block, &about, problem));
            char again[4096];
            OK(trust_decision_json(module, block, words, about.decision_words, again, sizeof again, &needed, problem));
            /* Without the request's id. */
            char *from = memchr(wanted, ',', wanted_size);
            CHECK(from != NULL && needed == (size_t)(end_of_answer - from));
            CHECK(memcmp(again + 1, from + 1, needed - 1) == 0);
            STATUS(TRUST_SMALL, trust_decide_json(module, session, NULL, request, size, words, 3, &block, problem));
            told("A0002", "decision");
        } else if (done == TRUST_REFUSED) {
            STATUS(TRUST_REFUSED, decided);
        } else {
            STATUS(TRUST_INVALID, decided);
            told("A0001", "request");
            reactions++;
        }
        request = end_of_request + 1;
        wanted = end_of_answer + 1;
        lines++;
    }
    CHECK(lines > 4 && reactions > 0);

    /* A refusal has its answer, and its error. */
    const char *refused = "{\"id\":7,\"block\":\"issuer\",\"args\":{\"partner\":{\"contract\":\"closed\"}}}";
    char line[1024];
    size_t needed = 0;
    trust_options options = {0, 1, 0};
    STATUS(TRUST_REFUSED,
           trust_answer(module, session, &options, refused, strlen(refused), line, sizeof line, &needed, problem));
    told("F0103", "args.partner.contract");
    CHECK(needed > 20 && memcmp(line, "{\"id\":7,\"error\":{\"code\":\"F0103\"", 31) == 0);
    free(requests);
    free(answers);
    trust_session_free(session);
    trust_module_release(module);
    end();
    return 0;
}
