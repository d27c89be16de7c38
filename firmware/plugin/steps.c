/* A plugin for QEMU that counts executed instructions and writes how many they were, a uint64_t, each
 * time that a mark is reached, in the file that out=FILE names. It is at an address, mark=ADDRESS, or
 * an instruction of 32 bits that nothing else executes, hint=CODE; both hexadecimal. The declarations
 * are those of QEMU's plugin interface, version 1 (qemu-plugin.h, which Debian does not package). */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum { QEMU_PLUGIN_INLINE_ADD_U64 = 0 };
enum { QEMU_PLUGIN_CB_NO_REGS = 0 };

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
                                           void (*callback)(qemu_plugin_id_t,
                                                            struct qemu_plugin_tb *));
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, void (*callback)(qemu_plugin_id_t, void *),
                                    void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t number);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn, int operation,
                                                void *counter, uint64_t amount);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
                                            void (*callback)(unsigned int, void *), int flags,
                                            void *data);

extern int qemu_plugin_version;
int qemu_plugin_version = 1;

static uint64_t total, mark;
static uint32_t hint;
static FILE *file;

static void reached(unsigned int cpu, void *data)
{
    (void)cpu, (void)data;
    fwrite(&total, sizeof total, 1, file);
}

static int is_mark(const struct qemu_plugin_insn *insn)
{
    uint32_t code;

    if (hint == 0)
        return qemu_plugin_insn_vaddr(insn) == mark;
    memcpy(&code, qemu_plugin_insn_data(insn), sizeof code);
    return code == hint;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    (void)id;
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

        if (is_mark(insn))
            qemu_plugin_register_vcpu_insn_exec_cb(insn, reached, QEMU_PLUGIN_CB_NO_REGS, NULL);
        qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64, &total, 1);
    }
}

static void finished(qemu_plugin_id_t id, void *data)
{
    (void)id, (void)data;
    fclose(file);
}

int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv);

int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
    (void)info;
    for (int i = 0; i < argc; i++) {
        if (strncmp(argv[i], "out=", 4) == 0)
            file = fopen(argv[i] + 4, "wb");
        else if (strncmp(argv[i], "mark=", 5) == 0)
            mark = strtoull(argv[i] + 5, NULL, 16);
        else if (strncmp(argv[i], "hint=", 5) == 0)
            hint = (uint32_t)strtoul(argv[i] + 5, NULL, 16);
    }
    if (file == NULL || (mark == 0 && hint == 0))
        return 1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, finished, NULL);
    return 0;
}
