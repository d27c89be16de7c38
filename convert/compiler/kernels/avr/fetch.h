/* needs: nothing */
/* Copy constants to where kernels read their inputs. */
struct fetch {
    int32_t count; /* bytes */
};

static void fetch(const struct fetch *f, const FLASH int8_t *from, int8_t *out)
{
    for (int32_t i = 0; i < f->count; i++)
        out[i] = from[i];
}
