package dev.helix.turn;

import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;

/**
 * What all turns of an application share. Immutable.
 *
 * @param forwarding threads that hand tokens on; nothing on them waits for the store
 * @param storing threads for what waits for the store
 * @param timers posts and returns
 * @param checkpoints what each checkpoint that is under way has one of
 */
record Engine(
    TurnSettings settings,
    QuestionForcer forcer,
    BackendFailures failures,
    Executor forwarding,
    Executor storing,
    ScheduledExecutorService timers,
    Semaphore checkpoints) {}
