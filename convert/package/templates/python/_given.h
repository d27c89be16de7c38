/* The arguments of a call: what Python has, as inputs take it. {{origin}} */
#ifndef {{macro}}_GIVEN_H
#define {{macro}}_GIVEN_H

#include <string.h>

#include "{{name}}_bridge.h"

/* What is given for an input: its elements as they are stored, or `values`, which are scaled. */
typedef struct {
    Py_buffer stored; /* .obj is NULL: there is none */
    float *values;
} Given;

static const char *const input_names[{{macro}}_INPUTS] = { {{input_names}} };
static const char *const input_texts[{{macro}}_INPUTS] = { {{input_texts}} };

/* The letter of struct for the elements of a buffer; 0: they are no plain numbers of this machine. */
static char letter_of(const Py_buffer *buffer)
{
    const union {
        uint16_t number;
        uint8_t first;
    } order = {1};
    const char *format = buffer->format ? buffer->format : "B";

    if (*format == '@' || *format == '=' || *format == (order.first ? '<' : '>'))
        format++;
    return strlen(format) == 1 ? *format : 0;
}

/* Whether elements of a letter and a size are those that an input stores. */
static int is_stored_as(enum {{name}}_type type, char letter, Py_ssize_t size)
{
    switch (type) {
    case {{macro}}_INT8:
        return letter == 'b';
    case {{macro}}_UINT8:
        return letter == 'B';
    case {{macro}}_BOOL:
        return letter == '?' || letter == 'B';
    case {{macro}}_INT16:
        return letter == 'h';
    case {{macro}}_INT32:
        return (letter == 'i' || letter == 'l') && size == 4;
    case {{macro}}_FLOAT32:
        return letter == 'f';
    }
    return 0;
}

/* Whether an object is bytes of no type, which are taken for those of any. */
static int is_bytes(PyObject *object, char letter)
{
    return PyBytes_Check(object) || PyByteArray_Check(object)
           || (PyMemoryView_Check(object) && (letter == 'B' || letter == 'c'));
}

/* The buffer of an object, element by element; -1 and an exception where it has none. */
static int view(PyObject *object, int32_t number, Py_buffer *buffer)
{
    if (PyObject_GetBuffer(object, buffer, PyBUF_C_CONTIGUOUS | PyBUF_FORMAT) == 0)
        return 0;
    buffer->obj = NULL;
    if (PyErr_ExceptionMatches(PyExc_BufferError) || PyErr_ExceptionMatches(PyExc_ValueError)) {
        PyErr_Clear();
        PyErr_Format(PyExc_ValueError,
                     "%s takes elements in a row, without gaps: give a copy, as of "
                     "numpy.ascontiguousarray",
                     input_names[number]);
    }
    return -1;
}

static int take_stored(Given *given, int32_t number, PyObject *object)
{
    const {{name}}_tensor *tensor = &{{name}}_inputs[number];
    Py_buffer *buffer = &given->stored;

    if (view(object, number, buffer) < 0)
        return -1;
    if (!is_bytes(object, letter_of(buffer))
        && !is_stored_as(tensor->type, letter_of(buffer), buffer->itemsize)) {
        PyErr_Format(PyExc_ValueError,
                     "%s takes %s, in an array of that type or bytes, not elements of the format "
                     "'%s'",
                     input_names[number], input_texts[number],
                     buffer->format ? buffer->format : "B");
        return -1;
    }
    if (buffer->len != tensor->size) {
        PyErr_Format(PyExc_ValueError, "%s takes %s, %zd bytes, not %zd", input_names[number],
                     input_texts[number], (Py_ssize_t)tensor->size, buffer->len);
        return -1;
    }
    return 0;
}

/* Element `index` of a buffer of numbers. */
static float number_at(const char *bytes, char letter, Py_ssize_t index)
{
    switch (letter) {
    case 'f':
        return ((const float *)(const void *)bytes)[index];
    case 'd':
        return (float)((const double *)(const void *)bytes)[index];
    case 'b':
        return ((const signed char *)bytes)[index];
    case 'h':
        return ((const short *)(const void *)bytes)[index];
    default:
        return ((const unsigned char *)bytes)[index];
    }
}

static int wrong_count(int32_t number, Py_ssize_t count)
{
    PyErr_Format(PyExc_ValueError, "%s takes %s, %zd numbers, not %zd", input_names[number],
                 input_texts[number], (Py_ssize_t){{name}}_inputs[number].count, count);
    return -1;
}

static int take_buffer(float *values, int32_t number, const Py_buffer *buffer)
{
    char letter = letter_of(buffer);

    if (letter == 0 || strchr("fdbhB?", letter) == NULL) {
        PyErr_Format(PyExc_ValueError,
                     "%s takes numbers of the formats f, d, b, B and h, not of '%s'",
                     input_names[number], buffer->format ? buffer->format : "B");
        return -1;
    }
    if (buffer->len / buffer->itemsize != {{name}}_inputs[number].count)
        return wrong_count(number, buffer->len / buffer->itemsize);
    for (Py_ssize_t i = 0; i < {{name}}_inputs[number].count; i++)
        values[i] = number_at(buffer->buf, letter, i);
    return 0;
}

static void no_numbers(int32_t number, PyObject *object)
{
    PyObject *type = PyType_GetName(Py_TYPE(object));

    PyErr_Clear();
    if (type != NULL)
        PyErr_Format(PyExc_TypeError, "%s takes %s, %zd numbers, not %U", input_names[number],
                     input_texts[number], (Py_ssize_t){{name}}_inputs[number].count, type);
    Py_XDECREF(type);
}

static int take_sequence(float *values, int32_t number, PyObject *object)
{
    PyObject *list = PyUnicode_Check(object) ? NULL : PySequence_List(object);
    Py_ssize_t count = list ? PyList_Size(list) : 0;
    int failed = list == NULL;

    if (failed && (!PyErr_Occurred() || PyErr_ExceptionMatches(PyExc_TypeError)))
        no_numbers(number, object);
    if (!failed && count != {{name}}_inputs[number].count)
        failed = wrong_count(number, count);
    for (Py_ssize_t i = 0; !failed && i < count; i++) {
        double value = PyFloat_AsDouble(PyList_GetItem(list, i));

        failed = value == -1.0 && PyErr_Occurred();
        values[i] = (float)value;
    }
    Py_XDECREF(list);
    return failed ? -1 : 0;
}

static int take_values(Given *given, int32_t number, PyObject *object)
{
    Py_buffer buffer;
    int failed;

    given->values = PyMem_Malloc(sizeof(float) * (size_t){{name}}_inputs[number].count);
    if (given->values == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    if (!PyObject_CheckBuffer(object))
        return take_sequence(given->values, number, object);
    if (view(object, number, &buffer) < 0)
        return -1;
    failed = take_buffer(given->values, number, &buffer);
    PyBuffer_Release(&buffer);
    return failed;
}

static void release(Given *given)
{
    for (int32_t i = 0; i < {{macro}}_INPUTS; i++) {
        if (given[i].stored.obj != NULL)
            PyBuffer_Release(&given[i].stored);
        PyMem_Free(given[i].values);
    }
}

/* The arguments of a call, one for each input; -1 and an exception where they do not fit. */
static int take(Given *given, PyObject *args, int (*one)(Given *, int32_t, PyObject *))
{
    Py_ssize_t count = PyTuple_Size(args);

    memset(given, 0, sizeof(Given) * {{macro}}_INPUTS);
    if (count != {{macro}}_INPUTS) {
        PyErr_Format(PyExc_TypeError, "the network takes %d input(s), not %zd", {{macro}}_INPUTS,
                     count);
        return -1;
    }
    for (int32_t i = 0; i < {{macro}}_INPUTS; i++)
        if (one(&given[i], i, PyTuple_GetItem(args, i)) < 0) {
            release(given);
            return -1;
        }
    return 0;
}

#endif /* {{macro}}_GIVEN_H */
