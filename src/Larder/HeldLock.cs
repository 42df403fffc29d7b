namespace Larder;

/// <summary>A lock that this process holds.</summary>
/// <param name="Name">Its name.</param>
/// <param name="FencingToken">Its number; those who get the lock later have larger ones.</param>
/// <param name="TimeToLive">How long its lease lasts if it is not renewed.</param>
public sealed record HeldLock(string Name, long FencingToken, TimeSpan TimeToLive);
