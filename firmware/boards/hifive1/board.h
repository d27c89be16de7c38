/* SiFive HiFive1, FE310-G000. Serial port: that of the interface chip, over USB. */
#ifndef BOARD_H
#define BOARD_H

#define BOARD_NAME "hifive1"

#endif
