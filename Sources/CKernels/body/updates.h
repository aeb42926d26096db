static void NAME(adamw)(
    float *restrict weight, float *restrict first, float *restrict second,
    const float *restrict gradient, jk_adamw_step step, size_t count) {
    EACH_PAIR(i, 0, count) {
        float g = gradient[i];
        float m = step.beta1 * first[i] + step.rest1 * g;
        float v = step.beta2 * second[i] + step.rest2 * (g * g);
        first[i] = m;
        second[i] = v;
        float size = __builtin_elementwise_sqrt(v) * step.second_factor + step.epsilon;
        weight[i] = weight[i] * step.decay - step.rate * m / size;
    }
}

static void NAME(momentum)(
    float *restrict weight, float *restrict buffer, const float *restrict gradient,
    jk_momentum_step step, size_t count) {
    EACH(i, 0, count) {
        float d = step.factor * (gradient[i] + step.decay * weight[i]);
        float b = step.momentum * buffer[i] + d;
        buffer[i] = b;
        weight[i] -= step.rate * b + step.direct * d;
    }
}

static void NAME(moving_average)(
    float *restrict target, const float *restrict source, double momentum, size_t count) {
    float keep = (float)momentum, take = (float)(1 - momentum);
    EACH(i, 0, count) target[i] = keep * target[i] + take * source[i];
}
