namespace Larder.Samples.Tour;

/// <summary>What parts 6 and 10 cache. Any type will do; an immutable one is best, because all readers are given the same instance.</summary>
internal sealed record User(int Id, string Name, string Email);
