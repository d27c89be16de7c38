# The cross compiler: GCC for AVR with avr-libc, as Debian's gcc-avr and avr-libc have them.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR avr)
set(CMAKE_C_COMPILER avr-gcc)
set(CMAKE_ASM_COMPILER avr-gcc)
set(CMAKE_OBJCOPY avr-objcopy CACHE FILEPATH "")
# A program needs to be told its chip, which a test program is not.
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
