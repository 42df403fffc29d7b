namespace Larder;

/// <summary>A value to be saved.</summary>
/// <typeparam name="TKey">The type of the key.</typeparam>
/// <typeparam name="T">The type of the value.</typeparam>
/// <param name="Key">The key.</param>
/// <param name="Value">The value.</param>
/// <param name="Version">A number that grows with each write of the key; see <see cref="ICacheSource{TKey, T}.SaveAsync"/>.</param>
public readonly record struct SourceWrite<TKey, T>(TKey Key, T Value, long? Version)
    where TKey : notnull;
