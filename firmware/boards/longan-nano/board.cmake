set(BOARD_CPU -march=rv32imac)
set(BOARD_SOURCES chips/gd32vf103.c chips/stm32.c)
