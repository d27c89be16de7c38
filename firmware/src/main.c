#include "device.h"
#include "hardware.h"

int main(void)
{
    hardware_init();
    device_start();
    for (;;) {
        int32_t byte = hardware_read();

        hardware_feed();
        if (byte >= 0)
            device_receive((uint8_t)byte);
    }
}
