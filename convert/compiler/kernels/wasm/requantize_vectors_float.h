/* needs: vector, requantize */
#if defined(VECTORS)
#define SCALE_LANES
typedef v128_t scales;

INLINE scales load_scales(const struct scaling *s, int32_t channel)
{
    return wasm_v128_load(s->scale + channel);
}

/* What comes of sums, before the zero point, within what two bytes hold. Next to 1.5 * 2^23, floats
 * are whole numbers: the addition rounds, half to even. */
INLINE lanes scale_lanes(scales by, lanes sums)
{
    v128_t most = wasm_f32x4_splat(1024.0f), round = wasm_f32x4_splat(12582912.0f);
    v128_t scaled = wasm_f32x4_mul(wasm_f32x4_convert_i32x4(sums), by);

    scaled = wasm_f32x4_pmax(wasm_f32x4_pmin(scaled, most), wasm_f32x4_neg(most));
    return wasm_i32x4_sub(wasm_f32x4_add(scaled, round), round);
}
#endif
