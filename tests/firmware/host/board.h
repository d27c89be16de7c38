/* This machine as a board, for tests: the serial port is standard input and output. */
#ifndef BOARD_H
#define BOARD_H

#define BOARD_NAME "host"

#endif
