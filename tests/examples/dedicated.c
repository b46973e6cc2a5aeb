/* SPDX-License-Identifier: Apache-2.0 */
/* An actor that blocks has a worker thread of its own: it holds up nobody else. */
#include <mycelium/mycelium.h>
#include <unistd.h>
typedef struct line {
    char text[32];
} line;
MYC_MESSAGE(line)
MYC_MESSAGE_TYPE(line)
#define PRINTER_ROWS(ROW, P) ROW(P, print, line)
MYC_PROTOCOL(printer, PRINTER_ROWS)
struct printer {
    int fd;
};
static myc_next printer_on_print(struct printer *self, myc_context *ctx, const line *print)
{
    bool worker_of_its_own = myc_worker(ctx) >= myc_system_workers(myc_context_system(ctx));
    ssize_t written = write(self->fd, print->text, sizeof print->text - 1); /* may take its time */
    return worker_of_its_own && written > 0 ? MYC_CONTINUE : MYC_FAIL(MYC_EIO);
}
MYC_ACTOR(printer, printer, PRINTER_ROWS)

int main(void)
{
    myc_system *system;
    printer_ref printer;
    myc_system_options options = {.workers = 2, .dedicated = 1}; /* two, and one that may block */
    if (myc_system_create(&options, &system))
        return 1;
    myc_context *ctx = myc_context_of(system);
    myc_spawn_options alone = {.place = MYC_PLACE_DEDICATED};
    int error = printer_spawn(ctx, &(struct printer){STDOUT_FILENO}, &alone, &printer);
    for (int i = 0; i < 3 && !error; i++) {
        line *next = line_new(ctx);
        *next = (line){"the other workers do not wait.\n"};
        error = printer_send_print(ctx, printer, next) != MYC_SENT;
    }
    error = myc_system_stop(system, NULL, NULL) || error; /* returns when the lines are out */
    return myc_system_destroy(system) != 0 || error;
}
