// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// A .tflite of one sample a call in TensorFlow Lite Micro, with the two functions that the bare
// Cortex-M7 calls. Words are Q23, as the engine's.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <new>

#include "tensorflow/lite/micro/micro_allocator.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#include "tensorflow/lite/micro/micro_resource_variable.h"
#include "tensorflow/lite/schema/schema_generated.h"

extern "C" void (*__init_array_start[])();
extern "C" void (*__init_array_end[])();

namespace {

using Resolver = tflite::MicroMutableOpResolver<16>;

constexpr float kFullScale = 8388608.0F;
constexpr int kMostVariables = 32;

alignas(Resolver) unsigned char resolver_place[sizeof(Resolver)];
alignas(tflite::MicroInterpreter) unsigned char interpreter_place[sizeof(tflite::MicroInterpreter)];
tflite::MicroInterpreter *interpreter;
TfLiteTensor *audio;
TfLiteTensor *knobs;
TfLiteTensor *sound;
float knob_value;

// As word of the tensor's type, from full scale 1.0.
void put(TfLiteTensor *tensor, int index, float value) {
    if (tensor->type == kTfLiteFloat32) {
        tensor->data.f[index] = value;
        return;
    }
    const bool wide = tensor->type == kTfLiteInt16;
    const float most = wide ? 32767.0F : 127.0F;
    const float word =
        std::fmin(std::fmax(std::rint(value / tensor->params.scale), -most - 1.0F), most);
    if (wide)
        tensor->data.i16[index] = static_cast<int16_t>(word);
    else
        tensor->data.int8[index] = static_cast<int8_t>(word);
}

float value_of(const TfLiteTensor *tensor) {
    if (tensor->type == kTfLiteFloat32)
        return tensor->data.f[0];
    const int word = tensor->type == kTfLiteInt16 ? tensor->data.i16[0] : tensor->data.int8[0];
    return static_cast<float>(word) * tensor->params.scale;
}

} // namespace

// Makes an interpreter in the arena; all knobs stand at knob_percent. Returns the bytes of the
// arena that it takes, 0 where TensorFlow Lite Micro refuses the file.
extern "C" uint32_t tflm_load(const void *model, uint8_t *arena, size_t bytes, int knob_percent) {
    for (void (**one)() = __init_array_start; one != __init_array_end; one++)
        (*one)();
    auto *resolver = new (resolver_place) Resolver();
    resolver->AddAdd();
    resolver->AddAssignVariable();
    resolver->AddCallOnce();
    resolver->AddConcatenation();
    resolver->AddFullyConnected();
    resolver->AddLogistic();
    resolver->AddMul();
    resolver->AddReadVariable();
    resolver->AddRelu();
    resolver->AddReshape();
    resolver->AddSplit();
    resolver->AddSub();
    resolver->AddTanh();
    resolver->AddUnidirectionalSequenceLSTM();
    resolver->AddVarHandle();
    tflite::MicroAllocator *allocator = tflite::MicroAllocator::Create(arena, bytes);
    auto *variables = tflite::MicroResourceVariables::Create(allocator, kMostVariables);
    interpreter = new (interpreter_place)
        tflite::MicroInterpreter(tflite::GetModel(model), *resolver, allocator, variables);
    if (interpreter->AllocateTensors() != kTfLiteOk)
        return 0;
    audio = interpreter->input(0);
    knobs = interpreter->inputs_size() > 1 ? interpreter->input(1) : nullptr;
    sound = interpreter->output(0);
    knob_value = static_cast<float>(knob_percent) / 100.0F;
    return interpreter->arena_used_bytes();
}

// Plays so many samples. Returns 0, or 1 where an operation fails.
extern "C" uint32_t tflm_process(const int32_t *in, int32_t *out, size_t count) {
    for (size_t at = 0; at < count; at++) {
        put(audio, 0, static_cast<float>(in[at]) / kFullScale);
        // The memory of inputs serves other tensors after their last use.
        for (int knob = 0; knobs && knob < knobs->dims->data[1]; knob++)
            put(knobs, knob, knob_value);
        if (interpreter->Invoke() != kTfLiteOk)
            return 1;
        out[at] = static_cast<int32_t>(value_of(sound) * kFullScale);
    }
    return 0;
}

// What TensorFlow Lite Micro and newlib ask of a system.
extern "C" void DebugLog(const char *, va_list) {}
