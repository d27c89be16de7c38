/* The network as a Python type: bytes or numbers in, bytes or numbers out. {{origin}}
 *
 * The stable ABI of Python 3.11: one build serves that and every later version. */
#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030b0000
#include <Python.h>

#include <string.h>

#include "_given.h"
#include "{{name}}_bridge.h"

typedef struct {
    PyObject_HEAD
    PyThread_type_lock lock; /* held while the memory is used, which happens without the GIL */
    {{name}}_memory memory;
} Network;

static void lock(Network *self)
{
    if (PyThread_acquire_lock(self->lock, NOWAIT_LOCK))
        return;
    Py_BEGIN_ALLOW_THREADS
    PyThread_acquire_lock(self->lock, WAIT_LOCK);
    Py_END_ALLOW_THREADS
}

/* Run what is given; `outputs` [output] has room for the elements as they are stored, or as reals. */
static void compute(Network *self, const Given *given, void *const *outputs, int as_values)
{
    {{name}}_memory *memory = &self->memory;

    lock(self);
    Py_BEGIN_ALLOW_THREADS
    for (int32_t i = 0; i < {{macro}}_INPUTS; i++) {
        const {{name}}_tensor *tensor = &{{name}}_inputs[i];

        if (given[i].values)
            {{name}}_put_values(memory, i, 0, given[i].values, tensor->count);
        else
            memcpy({{name}}_input_at(memory, i), given[i].stored.buf, (size_t)tensor->size);
    }
    {{name}}_run_at(memory);
    for (int32_t i = 0; i < {{macro}}_OUTPUTS; i++) {
        const {{name}}_tensor *tensor = &{{name}}_outputs[i];

        if (as_values)
            {{name}}_get_values(memory, i, 0, outputs[i], tensor->count);
        else
            memcpy(outputs[i], {{name}}_output_at(memory, i), (size_t)tensor->size);
    }
    PyThread_release_lock(self->lock);
    Py_END_ALLOW_THREADS
}

/* Bytes for each output, as they are stored or as reals; NULL and an exception without memory. */
static PyObject *room(void **outputs, int as_values)
{
    PyObject *result = PyTuple_New({{macro}}_OUTPUTS);

    for (int32_t i = 0; result != NULL && i < {{macro}}_OUTPUTS; i++) {
        const {{name}}_tensor *tensor = &{{name}}_outputs[i];
        Py_ssize_t size = as_values ? (Py_ssize_t)sizeof(float) * tensor->count : tensor->size;
        PyObject *bytes = PyBytes_FromStringAndSize(NULL, size);

        if (bytes == NULL)
            Py_CLEAR(result);
        else {
            PyTuple_SetItem(result, i, bytes);
            outputs[i] = PyBytes_AsString(bytes);
        }
    }
    return result;
}

static PyObject *answer(Network *self, Given *given, int as_values)
{
    void *outputs[{{macro}}_OUTPUTS];
    PyObject *result = room(outputs, as_values);

    if (result != NULL)
        compute(self, given, outputs, as_values);
    release(given);
    return result;
}

static PyObject *network_run(PyObject *self, PyObject *args)
{
    Given given[{{macro}}_INPUTS];

    return take(given, args, take_stored) < 0 ? NULL : answer((Network *)self, given, 0);
}

static PyObject *network_predict(PyObject *self, PyObject *args)
{
    Given given[{{macro}}_INPUTS];

    return take(given, args, take_values) < 0 ? NULL : answer((Network *)self, given, 1);
}

static PyObject *network_reset(PyObject *object, PyObject *unused)
{
    Network *self = (Network *)object;

    (void)unused;
    lock(self);
    {{name}}_restart(&self->memory);
    PyThread_release_lock(self->lock);
    Py_RETURN_NONE;
}

static PyObject *network_self_test(PyObject *object, PyObject *unused)
{
    Network *self = (Network *)object;
    int32_t status;

    (void)unused;
    lock(self);
    Py_BEGIN_ALLOW_THREADS
    status = {{name}}_test_at(&self->memory);
    PyThread_release_lock(self->lock);
    Py_END_ALLOW_THREADS
    return PyLong_FromLong(status);
}

static PyObject *network_new(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    Network *self;

    if (PyTuple_Size(args) != 0 || (keywords != NULL && PyDict_Size(keywords) != 0)) {
        PyErr_SetString(PyExc_TypeError, "Network() takes no arguments");
        return NULL;
    }
    self = (Network *)allocate(type, 0);
    if (self == NULL)
        return NULL;
    self->lock = PyThread_allocate_lock();
    if (self->lock == NULL) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    {{name}}_open(&self->memory);
    return (PyObject *)self;
}

static void network_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    freefunc release_object = (freefunc)PyType_GetSlot(type, Py_tp_free);

    if (((Network *)self)->lock != NULL)
        PyThread_free_lock(((Network *)self)->lock);
    release_object(self);
    Py_DECREF(type);
}

static PyMethodDef network_methods[] = {
    {"run", network_run, METH_VARARGS, "Bytes of each output for those of each input."},
    {"predict", network_predict, METH_VARARGS, "float32 of each output for numbers for each input."},
    {"reset", network_reset, METH_NOARGS, "Begin a sequence."},
    {"self_test", network_self_test, METH_NOARGS, "0, or what is wrong."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot network_slots[] = {
    {Py_tp_new, (void *)network_new},
    {Py_tp_dealloc, (void *)network_dealloc},
    {Py_tp_methods, network_methods},
    {Py_tp_doc, "The network with the memory that it runs in."},
    {0, NULL},
};

static PyType_Spec network_spec = {
    .name = "{{package}}._network.Network",
    .basicsize = sizeof(Network),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .slots = network_slots,
};

static int fill_module(PyObject *module)
{
    PyObject *type;
    int failed;

#if defined({{macro}}_CORE_X86_64_V3)
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi2")) {
        PyErr_SetString(PyExc_ImportError, "{{package}} was built for x86-64-v3, which this machine "
                                           "is not: build it again without -march");
        return -1;
    }
#endif
    type = PyType_FromSpec(&network_spec);
    failed = type == NULL || PyModule_AddObjectRef(module, "Network", type) < 0;

    Py_XDECREF(type);
    return failed ? -1 : 0;
}

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, (void *)fill_module},
    {0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_network",
    .m_slots = module_slots,
};

PyMODINIT_FUNC PyInit__network(void)
{
    return PyModuleDef_Init(&module);
}
