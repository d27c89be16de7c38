"""An Arduino library, in the format of the IDE from 1.5 on."""

from convert.package import text
from convert.package.cores import CORES
from convert.package.library import Library
from convert.package.targets.kind import Kind

_TAKEN = """Arduino Client HardwareSerial HardwareSerial_private IPAddress PluggableUSB Print
    Printable Serial Server Stream USBAPI USBCore USBDesc Udp WCharacter WString binary new
    wiring_private wiring pins_arduino main abi Common Interrupts RingBuffer String Tone
    ArduinoBLE Audio BLE Bridge EEPROM Ethernet Ethernet2 Firmata GSM HID I2S Keyboard
    LiquidCrystal Mouse PDM RTCZero SD SPI Scheduler Servo SoftwareSerial Stepper TFT USBHost WiFi
    WiFi101 WiFiNINA Wire cbuf esp32 esp8266 FS LittleFS Preferences SPIFFS Update"""
"""Headers of the cores for Arduino and of the libraries that come with them."""


def files(library: Library) -> dict[str, bytes]:
    """``library.properties``, the C in ``src/``, and an example sketch."""
    return {
        **text.sources(library, "src/"),
        **text.tree("arduino", library),
        **text.readme(library, "arduino", KIND.proof),
    }


def taken(name: str) -> str:
    """Why a header cannot have that name; disks of Windows and macOS know no case."""
    for one in _TAKEN.split():
        if one.lower() == name.lower():
            return f"Arduino has a {one}.h of its own, which would be taken for the library's"
    return ""


KIND = Kind(
    "arduino",
    "Arduino",
    CORES,
    "the example built by arduino-builder with Debian's Arduino core for Uno and Mega, run in "
    "simavr, and its Serial text compared with LiteRT's answer; compiled for Cortex-M0, M4 and M33 "
    "by arm-none-eabi-g++; library.properties held to the documented specification",
    "a board; the Arduino IDE and arduino-cli, whose lint is not in any registry that the tests "
    "reach; cores of other makers",
    files,
    taken,
)
