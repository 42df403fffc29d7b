using System.Runtime.CompilerServices;

namespace Larder.Testing.Conformance;

/// <summary>Waits for what happens on other threads, for a bounded time.</summary>
internal static class Eventually
{
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(30);

    public static Task TrueAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string? what = null) =>
        TrueAsync(() => new ValueTask<bool>(condition()), what);

    public static async Task TrueAsync(Func<ValueTask<bool>> condition, [CallerArgumentExpression(nameof(condition))] string? what = null)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > Limit)
            {
                throw new ConformanceException($"Expected within {Limit}: {what}.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
    }

    /// <summary>Waits for a task that nothing but real time can end.</summary>
    public static Task<T> EndsAsync<T>(Task<T> task) => task.WaitAsync(Limit, TimeProvider.System);

    /// <summary>Moves a clock by a time limit, and on until the task that it ends has ended: the limit may be set a moment after the loader was called, by another thread.</summary>
    public static async Task TimesOutAsync(Task task, FakeTimeProvider clock, TimeSpan limit)
    {
        clock.Advance(limit);
        await EndsAsync(task, clock, limit / 10, limit * 100);
    }

    /// <summary>Moves a clock in small steps until a task has ended, by a limit and a second more at most, and lets the work between its timers run meanwhile.</summary>
    public static async Task EndsAsync(Task task, FakeTimeProvider clock, TimeSpan step, TimeSpan limit)
    {
        for (var advanced = TimeSpan.Zero; !task.IsCompleted && advanced < limit; advanced += step)
        {
            clock.Advance(step);
            await Task.WhenAny(task, Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System));
        }

        // Who was late in real time waits for a timer that comes a moment later.
        for (var more = 0; !task.IsCompleted && more < 1_000; more++)
        {
            clock.Advance(TimeSpan.FromMilliseconds(1));
            await Task.WhenAny(task, Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System));
        }

        Expect.True(task.IsCompleted, $"the task has ended a second after {limit} on the fake clock");
    }
}
