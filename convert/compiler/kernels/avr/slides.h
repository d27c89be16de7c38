/* needs: nothing */
/* Where a window slides, in numbers that an AVR has registers for. */
struct extent {
    int16_t height, width, channels;
};

struct slide {
    int16_t height, width;           /* pixels */
    int16_t stride_y, stride_x;      /* pixels */
    int16_t dilation_y, dilation_x;  /* pixels from one tap to the next; 1: dense */
    int16_t top, left;               /* padding, pixels */
};
