package dev.helix.reliability;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import net.jqwik.api.lifecycle.AfterContainerHook;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.ContainerLifecycleContext;
import net.jqwik.api.lifecycle.PropagationMode;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;

/** Leaves how many random cases a class has tried, where none has failed. */
public final class CountedTries implements AroundPropertyHook, AfterContainerHook {
  /** By the class; negative where one has failed. Of all hooks, as each property has its own. */
  private static final Map<Class<?>, Integer> TRIED = new ConcurrentHashMap<>();

  @Override
  public PropagationMode propagateTo() {
    return PropagationMode.ALL_DESCENDANTS;
  }

  @Override
  public PropertyExecutionResult aroundProperty(
      PropertyLifecycleContext context, PropertyExecutor property) {
    PropertyExecutionResult result = property.execute();
    boolean passed = result.status() == PropertyExecutionResult.Status.SUCCESSFUL;
    TRIED.merge(
        context.containerClass(),
        passed ? result.countTries() : Integer.MIN_VALUE / 2,
        Integer::sum);
    return result;
  }

  @Override
  public void afterContainer(ContainerLifecycleContext context) {
    context
        .optionalContainerClass()
        .filter(container -> TRIED.getOrDefault(container, -1) > 0)
        .ifPresent(
            container ->
                Figures.leave(
                    container.getSimpleName(),
                    "%,d random cases; lost or doubled: 0".formatted(TRIED.get(container))));
  }
}
