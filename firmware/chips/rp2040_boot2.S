/* The second stage of booting, which the RP2040's ROM copies to RAM and runs: sets up the flash for
 * execution in place with the plain read command (03h) that every flash chip knows, and starts the
 * firmware behind it. RP2040 Datasheet, 2.8.1.3.1 (its checksum), 4.10 (SSI), 2.4.8 (VTOR). */
    .syntax unified
    .cpu cortex-m0plus
    .thumb

    .section .boot2, "ax"
    .thumb_func
boot2:
    ldr  r3, =0x18000000        /* SSI */
    movs r0, #0
    str  r0, [r3, #0x08]        /* SSIENR: off while it is set up */
    movs r1, #4
    str  r1, [r3, #0x14]        /* BAUDR: the core's clock / 4 */
    ldr  r1, =0x001f0300
    str  r1, [r3, #0x00]        /* CTRLR0: frames of 32 bits, TMOD: EEPROM read */
    ldr  r1, =0x03000218
    ldr  r2, =0x180000f4
    str  r1, [r2]               /* SPI_CTRLR0: command 03h of 8 bits, address of 24 bits */
    str  r0, [r3, #0x04]        /* CTRLR1: one frame at a time */
    movs r1, #1
    str  r1, [r3, #0x08]        /* SSIENR: on */

    ldr  r0, =0x10000100        /* the firmware's vector table */
    ldr  r1, =0xe000ed08        /* VTOR */
    str  r0, [r1]
    ldm  r0!, {r1, r2}
    msr  msp, r1
    bx   r2
    .ltorg

    .org 252, 0
    .word BOOT2_CHECKSUM
