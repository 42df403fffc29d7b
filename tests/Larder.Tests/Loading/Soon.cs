namespace Larder.Tests.Loading;

/// <summary>Waits for what happens on other threads: in real time, and not for ever.</summary>
internal static class Soon
{
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(30);

    public static async Task TrueAsync(Func<bool> condition, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(condition))] string? what = null)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Limit, $"Expected within {Limit}: {what}.");
            await Task.Delay(1);
        }
    }

    public static Task<T> EndsAsync<T>(Task<T> task) => task.WaitAsync(Limit);

    public static Task EndsAsync(Task task) => task.WaitAsync(Limit);

    public static Task<T> EndsAsync<T>(ValueTask<T> task) => task.AsTask().WaitAsync(Limit);
}
