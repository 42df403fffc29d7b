using System.Runtime.CompilerServices;

namespace Larder.Testing.Conformance;

/// <summary>The assertions of the suites, which are not tied to a test framework.</summary>
internal static class Expect
{
    public static void True(bool condition, [CallerArgumentExpression(nameof(condition))] string? what = null)
    {
        if (!condition)
        {
            throw new ConformanceException($"Expected: {what}.");
        }
    }

    public static void False(bool condition, [CallerArgumentExpression(nameof(condition))] string? what = null) => True(!condition, $"not {what}");

    public static void Equal<T>(T expected, T actual, [CallerArgumentExpression(nameof(actual))] string? what = null)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            throw new ConformanceException($"Expected {what} to be '{expected}', but it is '{actual}'.");
        }
    }

    public static void SameElements<T>(IEnumerable<T> expected, IEnumerable<T> actual, [CallerArgumentExpression(nameof(actual))] string? what = null)
    {
        // Ordinally, because cultures take some texts that differ for equal.
        var wanted = expected.OrderBy(Text, StringComparer.Ordinal).ToArray();
        var found = actual.OrderBy(Text, StringComparer.Ordinal).ToArray();
        if (!wanted.SequenceEqual(found))
        {
            throw new ConformanceException($"Expected {what} to hold [{string.Join(", ", wanted)}], but it holds [{string.Join(", ", found)}].");
        }

        static string Text(T element) => element?.ToString() ?? "";
    }

    public static void Between(TimeSpan low, TimeSpan high, TimeSpan? actual, [CallerArgumentExpression(nameof(actual))] string? what = null)
    {
        if (actual is not { } value || value < low || value > high)
        {
            throw new ConformanceException($"Expected {what} to be between {low} and {high}, but it is {actual?.ToString() ?? "none"}.");
        }
    }

    public static async Task<TException> ThrowsAsync<TException>(Func<Task> action)
        where TException : Exception
    {
        try
        {
            await action().ConfigureAwait(false);
        }
        catch (TException exception)
        {
            return exception;
        }
        catch (Exception exception)
        {
            throw new ConformanceException($"Expected {typeof(TException).Name}, but {exception.GetType().Name} was thrown: {exception.Message}", exception);
        }

        throw new ConformanceException($"Expected {typeof(TException).Name}, but nothing was thrown.");
    }
}
