set(BOARD_CPU -march=rv32imac)
set(BOARD_SOURCES chips/fe310.c)
