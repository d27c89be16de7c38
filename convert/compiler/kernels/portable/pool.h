/* needs: window */
/* Pooling. What lies outside the image does not count. */
struct pool {
    struct image in, out;
    struct window window;
    int32_t low, high;  /* the result is within low..high */
};
