set(BOARD_CPU -mcpu=cortex-m4)
set(BOARD_SOURCES chips/nrf.c chips/nrf52.c src/counter.c)
