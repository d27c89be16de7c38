/* QEMU's RISC-V machine "virt". Serial port: UART0. */
#ifndef BOARD_H
#define BOARD_H

#define BOARD_NAME "riscv-virt"
#define BOARD_UART0 0x10000000u
#define BOARD_CLOCK_HZ 1000000000u /* the emulator's time */

#endif
