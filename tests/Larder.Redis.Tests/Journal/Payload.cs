namespace Larder.Redis.Tests.Journal;

/// <summary>What is written.</summary>
internal sealed record Payload(int Number);
