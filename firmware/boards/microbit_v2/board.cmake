set(BOARD_CPU -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard)
set(BOARD_SOURCES chips/nrf.c chips/nrf52.c cores/cortex-m/counter.c)
