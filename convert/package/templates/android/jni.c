/* The native methods of {{class}}.java. {{origin}}
 *
 * Memory is a direct buffer that Java owns: nothing is allocated here, and nothing can be used after
 * it is gone. What does not fit is an IllegalArgumentException. */
#include <jni.h>
#include <stdio.h>

#include "{{name}}_bridge.h"

#define CHUNK 256 /* numbers that are copied at a time, on the stack */

static const char *const input_names[{{macro}}_INPUTS] = { {{input_names}} };
static const char *const output_names[{{macro}}_OUTPUTS] = { {{output_names}} };

static void throw(JNIEnv *env, const char *kind, const char *message)
{
    jclass found = (*env)->FindClass(env, kind);

    if (found != NULL)
        (*env)->ThrowNew(env, found, message);
}

static void refuse(JNIEnv *env, const char *message)
{
    throw(env, "java/lang/IllegalArgumentException", message);
}

/* The memory in a direct buffer; NULL and an exception where it is none. */
static {{name}}_memory *memory_in(JNIEnv *env, jobject buffer)
{
    void *address = buffer != NULL ? (*env)->GetDirectBufferAddress(env, buffer) : NULL;

    if (address == NULL || (uintptr_t)address % sizeof(void *) != 0 ||
        (*env)->GetDirectBufferCapacity(env, buffer) < (jlong)sizeof({{name}}_memory)) {
        refuse(env, "the network's memory is a direct buffer, large enough and aligned");
        return NULL;
    }
    return address;
}

/* Whether `array` holds `wanted` numbers for the tensor of that name; an exception where not. */
static int fits(JNIEnv *env, jarray array, const char *name, int32_t wanted)
{
    char message[256];

    if (array == NULL)
        snprintf(message, sizeof message, "%.128s takes %d numbers, not null", name, (int)wanted);
    else if ((*env)->GetArrayLength(env, array) != wanted)
        snprintf(message, sizeof message, "%.128s takes %d numbers, not %d", name, (int)wanted,
                 (int)(*env)->GetArrayLength(env, array));
    else
        return 1;
    refuse(env, message);
    return 0;
}

static int is_input(JNIEnv *env, jint number)
{
    if (number >= 0 && number < {{macro}}_INPUTS)
        return 1;
    refuse(env, "there is no input of that number");
    return 0;
}

/* Whether there is such an output, and it was computed; an exception where not. */
static int is_output(JNIEnv *env, const {{name}}_memory *memory, jint number)
{
    if (number < 0 || number >= {{macro}}_OUTPUTS)
        refuse(env, "there is no output of that number");
    else if ({{name}}_output_at(memory, number) == NULL)
        throw(env, "java/lang/IllegalStateException", "there are no outputs before the first run");
    else
        return 1;
    return 0;
}

static jint memory_size(JNIEnv *env, jclass type)
{
    (void)env;
    (void)type;
    return (jint)sizeof({{name}}_memory);
}

static jint misalignment(JNIEnv *env, jclass type, jobject buffer)
{
    uintptr_t address = (uintptr_t)(*env)->GetDirectBufferAddress(env, buffer);

    (void)type;
    return (jint)((16 - address % 16) % 16);
}

static void open_memory(JNIEnv *env, jclass type, jobject buffer)
{
    {{name}}_memory *memory = memory_in(env, buffer);

    (void)type;
    if (memory != NULL)
        {{name}}_open(memory);
}

static void restart(JNIEnv *env, jclass type, jobject buffer)
{
    {{name}}_memory *memory = memory_in(env, buffer);

    (void)type;
    if (memory != NULL)
        {{name}}_restart(memory);
}

static void run(JNIEnv *env, jclass type, jobject buffer)
{
    {{name}}_memory *memory = memory_in(env, buffer);

    (void)type;
    if (memory != NULL)
        {{name}}_run_at(memory);
}

static jint self_test(JNIEnv *env, jclass type, jobject buffer)
{
    {{name}}_memory *memory = memory_in(env, buffer);

    (void)type;
    return memory != NULL ? {{name}}_test_at(memory) : 0;
}

static jint input_offset(JNIEnv *env, jclass type, jobject buffer, jint number)
{
    {{name}}_memory *memory = memory_in(env, buffer);

    (void)type;
    if (memory == NULL || !is_input(env, number))
        return 0;
    return (jint)((const char *){{name}}_input_at(memory, number) - (const char *)memory);
}

static jint output_offset(JNIEnv *env, jclass type, jobject buffer, jint number)
{
    const {{name}}_memory *memory = memory_in(env, buffer);

    (void)type;
    if (memory == NULL || !is_output(env, memory, number))
        return 0;
    return (jint)((const char *){{name}}_output_at(memory, number) - (const char *)memory);
}

static void put_floats(JNIEnv *env, jclass type, jobject buffer, jint number, jfloatArray array)
{
    {{name}}_memory *memory = memory_in(env, buffer);
    float values[CHUNK];
    int32_t count;

    (void)type;
    if (memory == NULL || !is_input(env, number) ||
        !fits(env, array, input_names[number], {{name}}_inputs[number].count))
        return;
    for (int32_t first = 0; first < {{name}}_inputs[number].count; first += count) {
        count = {{name}}_inputs[number].count - first;
        count = count < CHUNK ? count : CHUNK;
        (*env)->GetFloatArrayRegion(env, array, first, count, values);
        {{name}}_put_values(memory, number, first, values, count);
    }
}

/* The same for numbers 0..255. */
static void put_bytes(JNIEnv *env, jclass type, jobject buffer, jint number, jbyteArray array)
{
    {{name}}_memory *memory = memory_in(env, buffer);
    jbyte bytes[CHUNK];
    float values[CHUNK];
    int32_t count;

    (void)type;
    if (memory == NULL || !is_input(env, number) ||
        !fits(env, array, input_names[number], {{name}}_inputs[number].count))
        return;
    for (int32_t first = 0; first < {{name}}_inputs[number].count; first += count) {
        count = {{name}}_inputs[number].count - first;
        count = count < CHUNK ? count : CHUNK;
        (*env)->GetByteArrayRegion(env, array, first, count, bytes);
        for (int32_t i = 0; i < count; i++)
            values[i] = (float)(uint8_t)bytes[i];
        {{name}}_put_values(memory, number, first, values, count);
    }
}

static void get_floats(JNIEnv *env, jclass type, jobject buffer, jint number, jfloatArray array)
{
    const {{name}}_memory *memory = memory_in(env, buffer);
    float values[CHUNK];
    int32_t count;

    (void)type;
    if (memory == NULL || !is_output(env, memory, number) ||
        !fits(env, array, output_names[number], {{name}}_outputs[number].count))
        return;
    for (int32_t first = 0; first < {{name}}_outputs[number].count; first += count) {
        count = {{name}}_outputs[number].count - first;
        count = count < CHUNK ? count : CHUNK;
        {{name}}_get_values(memory, number, first, values, count);
        (*env)->SetFloatArrayRegion(env, array, first, count, values);
    }
}

/* A function as JNI takes it: ISO C has no conversion to void *, every system with JNI has. */
static JNINativeMethod method(const char *name, const char *signature, void (*function)(void))
{
    JNINativeMethod found = {(char *)(uintptr_t)name, (char *)(uintptr_t)signature, NULL};
    union {
        void (*function)(void);
        void *address;
    } both = {function};

    found.fnPtr = both.address;
    return found;
}

#define BUFFER "Ljava/nio/ByteBuffer;"
#define METHOD(name, signature, function) method(name, signature, (void (*)(void))function)

JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM *machine, void *reserved)
{
    const JNINativeMethod methods[] = {
        METHOD("memorySize", "()I", memory_size),
        METHOD("misalignment", "(" BUFFER ")I", misalignment),
        METHOD("open", "(" BUFFER ")V", open_memory),
        METHOD("restart", "(" BUFFER ")V", restart),
        METHOD("run", "(" BUFFER ")V", run),
        METHOD("selfTest", "(" BUFFER ")I", self_test),
        METHOD("inputOffset", "(" BUFFER "I)I", input_offset),
        METHOD("outputOffset", "(" BUFFER "I)I", output_offset),
        METHOD("put", "(" BUFFER "I[F)V", put_floats),
        METHOD("put", "(" BUFFER "I[B)V", put_bytes),
        METHOD("get", "(" BUFFER "I[F)V", get_floats),
    };
    JNIEnv *env = NULL;
    jclass found;

    (void)reserved;
    if ((*machine)->GetEnv(machine, (void **)&env, JNI_VERSION_1_6) != JNI_OK)
        return JNI_ERR;
    found = (*env)->FindClass(env, "{{path}}");
    if (found == NULL ||
        (*env)->RegisterNatives(env, found, methods, sizeof methods / sizeof *methods) != JNI_OK)
        return JNI_ERR;
    return JNI_VERSION_1_6;
}
