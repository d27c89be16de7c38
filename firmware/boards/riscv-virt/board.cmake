set(BOARD_CPU -march=rv32imc)
set(BOARD_SOURCES chips/virt.c)
