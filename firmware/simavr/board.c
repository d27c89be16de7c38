/* A board with an AVR, in simavr: its USART 0 on a Unix socket, and a second one by which its reset
 * button is pressed, in as much of QEMU's machine protocol as that takes.
 *
 *     board CHIP HZ IMAGE.elf SERIAL MONITOR
 *
 * simavr executes each instruction in as many cycles as the chip does, and sends and receives bytes
 * at the chip's own rate. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>
#include <simavr/sim_hex.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BETWEEN 500 /* instructions from one look at the sockets to the next */

static struct {
    int listening, line; /* file descriptors; line: -1 while nobody is connected */
} serial = {-1, -1}, monitor = {-1, -1};
static bool has_room = true; /* for a byte to the chip */

static void fail(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

static int listen_at(const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int found = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

    snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
    if (found < 0 || bind(found, (struct sockaddr *)&at, sizeof at) != 0 || listen(found, 4) != 0)
        fail(path);
    return found;
}

/* What the chip sent; nobody hears it while nobody is connected. */
static void sent(struct avr_irq_t *irq, uint32_t value, void *param)
{
    uint8_t byte = (uint8_t)value;

    (void)irq;
    (void)param;
    while (serial.line >= 0 && write(serial.line, &byte, 1) < 0) {
        struct pollfd one = {serial.line, POLLOUT, 0};

        if (errno != EAGAIN || poll(&one, 1, -1) < 0) {
            close(serial.line);
            serial.line = -1;
        }
    }
}

static void room(struct avr_irq_t *irq, uint32_t value, void *param)
{
    (void)irq;
    (void)value;
    has_room = param != NULL;
}

/* Hand what has arrived to the chip, one byte: it takes its time. */
static void receive(avr_irq_t *input)
{
    uint8_t byte;
    ssize_t count;

    if (serial.line < 0)
        serial.line = accept4(serial.listening, NULL, NULL, SOCK_NONBLOCK);
    while (serial.line >= 0 && has_room) {
        count = read(serial.line, &byte, 1);
        if (count < 0 && errno == EAGAIN)
            return;
        if (count <= 0) {
            close(serial.line);
            serial.line = -1;
            return;
        }
        avr_raise_irq(input, byte);
    }
}

/* Write what lies in the chip's memory, as memsave does: its numbers come in the order in which
 * firmware/emulate.py's callers name them. */
static void save(const avr_t *avr, const char *request)
{
    static const char form[] = "{\"execute\": \"memsave\", \"arguments\": {\"val\": %u, "
                               "\"size\": %u, \"filename\": \"%255[^\"]";
    unsigned int from, size;
    char path[256];
    FILE *file;

    if (sscanf(request, form, &from, &size, path) != 3 || from > avr->ramend ||
        size > avr->ramend + 1u - from)
        return;
    file = fopen(path, "wb");
    if (file == NULL || fwrite(avr->data + from, 1, size, file) != size || fclose(file) != 0)
        fail(path);
}

/* Answer a request, and do what it asks for if that is a reset or memory's content. */
static void answer(avr_t *avr, const char *request)
{
    static const char done[] = "{\"return\": {}}\n";

    if (strstr(request, "system_reset") != NULL)
        avr_reset(avr);
    save(avr, request);
    if (write(monitor.line, done, sizeof done - 1) < 0)
        fail("monitor");
}

/* Requests are objects of JSON, and nothing else divides them. */
static void listen_to_monitor(avr_t *avr)
{
    static const char greeting[] = "{\"QMP\": {}}\n";
    static char request[1024];
    static size_t filled;
    static int depth; /* of braces */
    ssize_t count;
    char byte;

    if (monitor.line < 0) {
        monitor.line = accept4(monitor.listening, NULL, NULL, SOCK_NONBLOCK);
        filled = 0;
        depth = 0;
        if (monitor.line < 0 || write(monitor.line, greeting, sizeof greeting - 1) < 0)
            return;
    }
    while ((count = read(monitor.line, &byte, 1)) == 1) {
        if (filled < sizeof request - 1)
            request[filled++] = byte;
        depth += (byte == '{') - (byte == '}');
        if (byte == '}' && depth == 0) {
            request[filled] = '\0';
            filled = 0;
            answer(avr, request);
        }
    }
    if (count == 0 || errno != EAGAIN) {
        close(monitor.line);
        monitor.line = -1;
    }
}

static void connect_uart(avr_t *avr)
{
    uint32_t flags = 0; /* neither to standard output nor slowed down while it is polled */

    avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT), sent,
                            NULL);
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUT_XON), room,
                            &has_room);
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUT_XOFF), room,
                            NULL);
}

int main(int count, char **words)
{
    elf_firmware_t image = {0};
    avr_irq_t *input;
    avr_t *avr;

    if (count != 6)
        return 2;
    signal(SIGPIPE, SIG_IGN);
    avr = avr_make_mcu_by_name(words[1]);
    if (avr == NULL || avr_init(avr) != 0 || elf_read_firmware(words[3], &image) != 0)
        fail(words[3]);
    avr->frequency = image.frequency = (uint32_t)strtoul(words[2], NULL, 10);
    avr->log = LOG_NONE;
    avr_load_firmware(avr, &image);
    connect_uart(avr);
    input = avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_INPUT);
    serial.listening = listen_at(words[4]);
    monitor.listening = listen_at(words[5]);
    for (;;) {
        for (int i = 0; i < BETWEEN; i++) {
            int state = avr_run(avr);

            if (state == cpu_Done || state == cpu_Crashed)
                return 3;
        }
        receive(input);
        listen_to_monitor(avr);
    }
}
