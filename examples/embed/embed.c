/* A host in C: asks one policy three questions.
 *
 *     cc embed.c $(pkg-config --cflags --libs libtrust) -o embed && ./embed ../first/supplier.trust
 */
#include <stdio.h>
#include <string.h>

#include <trust.h>

static trust_error *error;

static int failed(const char *what)
{
    trust_text path, message;
    trust_error_path(error, &path);
    trust_error_message(error, &message);
    fprintf(stderr, "%s: %.*s %.*s\n", what, (int)path.length, (const char *)path.bytes, (int)message.length,
            (const char *)message.bytes);
    return 1;
}

int main(int count, char **words)
{
    static const char *const requests[] = {
        /* May this supplier send an order? */
        "{\"id\":1,\"block\":\"supplier\",\"now\":\"2026-03-01T09:00:00Z\","
        "\"args\":{\"s\":{\"id\":\"acme\",\"signed\":true,\"last_audit\":\"2026-01-15T00:00:00Z\"}}}",
        /* Its contract has ended: what changes, and by when? */
        "{\"id\":2,\"block\":\"supplier\",\"now\":\"2026-03-01T10:00:00Z\",\"key\":[\"acme\"],"
        "\"event\":{\"name\":\"ContractEnded\",\"fields\":{\"party\":\"acme\",\"ended_at\":\"2026-03-01T08:00:00Z\"}}}",
        /* The host has stored what is in force since, and asks again. */
        "{\"id\":3,\"block\":\"supplier\",\"now\":\"2026-03-01T11:00:00Z\",\"prior\":[\"over\"],"
        "\"args\":{\"s\":{\"id\":\"acme\",\"signed\":true,\"last_audit\":\"2026-01-15T00:00:00Z\"}}}",
    };
    trust_module *module = NULL;
    trust_session *session = NULL;
    if (count != 2 || trust_abi_check(NULL) != TRUST_OK || trust_error_new(&error) != TRUST_OK) {
        fprintf(stderr, "usage: embed POLICY, with a library of this header's version\n");
        return 2;
    }
    if (trust_module_compile_path(words[1], strlen(words[1]), &module, error) != TRUST_OK) {
        return failed("the policy");
    }
    if (trust_session_new(&session, error) != TRUST_OK) {
        return failed("a session");
    }
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        char answer[4096];
        size_t length = 0;
        trust_status status = trust_answer(module, session, NULL, requests[i], strlen(requests[i]), answer, sizeof answer,
                                           &length, error);
        /* A refused request has an answer too, which says why; it is no decision. */
        if (status != TRUST_OK && status != TRUST_REFUSED) {
            return failed("a request");
        }
        printf("%.*s\n", (int)length, answer);
    }
    trust_session_free(session);
    trust_module_release(module);
    trust_error_free(error);
    return 0;
}
