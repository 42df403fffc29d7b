using System.Runtime.CompilerServices;

namespace Larder.Redis.Tests.Servers;

/// <summary>Waits for real servers: in real time, and not for ever.</summary>
internal static class Deadline
{
    /// <summary>The longest that anything a server does may take, however busy the machine is.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(60);

    /// <summary>Asks until the answer is yes. A server that cannot be reached, or refuses, has not said yes yet.</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition, [CallerArgumentExpression(nameof(condition))] string? what = null)
    {
        var start = TimeProvider.System.GetTimestamp();
        Exception? last = null;
        while (true)
        {
            try
            {
                if (await condition())
                {
                    return;
                }

                last = null;
            }
            catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException or TimeoutException or RespErrorException)
            {
                last = exception;
            }

            if (TimeProvider.System.GetElapsedTime(start) > Limit)
            {
                throw new TimeoutException($"Expected within {Limit}: {what}.", last);
            }

            await Task.Delay(10);
        }
    }

    public static Task TrueAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string? what = null) =>
        TrueAsync(() => Task.FromResult(condition()), what);

    /// <summary>Asserts how long something takes, of which the time is the point. It is done again where it took longer, three times at most: a machine that stands still for a moment does not each time.</summary>
    public static async Task InTimeAsync(TimeSpan least, TimeSpan most, Func<int, Task<TimeSpan>> measure)
    {
        var taken = TimeSpan.MaxValue;
        for (var attempt = 0; attempt < 3 && (taken < least || taken > most); attempt++)
        {
            taken = await measure(attempt);
        }

        Assert.InRange(taken, least, most);
    }

    /// <summary>Runs a test that a machine which stands still for a moment fails, three times at most.</summary>
    public static async Task AgainAsync(Func<Task> test)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await test();
                return;
            }
            catch (Exception exception) when (attempt < 3)
            {
                TestContext.Current.SendDiagnosticMessage($"Once more, because of: {exception.Message}");
            }
        }
    }

    /// <summary>Waits until a task has ended, however it does. Its exception counts as seen, unlike that of a task which only <see cref="Task.WhenAny(Task[])"/> has waited for.</summary>
    public static async Task EndsAsync(Task task)
    {
        await task.WaitAsync(Limit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Assert.True(task.IsCompleted, $"Expected to end within {Limit}.");
    }
}
