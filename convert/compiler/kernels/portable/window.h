/* needs: nothing */
/* A window that slides over an image. */
struct window {
    int32_t height, width;           /* pixels */
    int32_t stride_y, stride_x;      /* pixels */
    int32_t dilation_y, dilation_x;  /* pixels from one tap to the next; 1: dense */
    int32_t top, left;               /* padding, pixels */
};

/* An image [height, width, channels], int8, one channel after the other. */
struct image {
    int32_t height, width, channels;
};
