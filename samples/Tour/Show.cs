namespace Larder.Samples.Tour;

/// <summary>How the tour prints things.</summary>
internal static class Show
{
    /// <summary>A text in quotes, or that there is none.</summary>
    public static string Text(CacheResult<string> result) => result.HasValue ? Text(result.Value) : "no value";

    public static string Text(string text) => $"\"{text}\"";

    public static string List(IEnumerable<string> items) => $"[{string.Join(", ", items)}]";

    /// <summary>A yes or no as C# writes it.</summary>
    public static string Bool(bool value) => value ? "true" : "false";

    /// <summary>A time to live has three values: there is no entry, it has no expiry, or so much time is left.</summary>
    public static string Left(EntryTimeToLive timeToLive) =>
        !timeToLive.Exists ? "no entry"
        : timeToLive.Remaining is { } left ? FormattableString.Invariant($"{left.TotalSeconds} seconds")
        : "no expiry";
}
