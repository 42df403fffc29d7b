namespace Larder.Testing.Conformance.Modelling;

/// <summary>A read's result without its type, comparable and printable. Integers of all widths are 64 bits wide.</summary>
internal readonly record struct ModelResult(bool HasValue, object? Value, TimeSpan? TimeToLive, bool IsStale, long Version)
{
    public static ModelResult Of<T>(CacheResult<T> result) => new(
        result.HasValue,
        result.HasValue ? Widen(result.Value) : null,
        result.TimeToLive,
        result.IsStale,
        result.Version);

    public static object? Widen(object? value) => value is int number ? (long)number : value;

    public override string ToString() => HasValue
        ? $"{Value ?? "null"}, {(TimeToLive is { } left ? $"{left.TotalMilliseconds} ms" : "no expiry")}{(IsStale ? ", stale" : "")}, version {Version}"
        : $"no value, {(TimeToLive is null ? "no expiry" : "an expiry")}{(IsStale ? ", stale" : "")}, version {Version}";
}
