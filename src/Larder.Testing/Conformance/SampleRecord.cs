namespace Larder.Testing.Conformance;

/// <summary>A record that any serializer can store, as values of the suites.</summary>
internal sealed record SampleRecord(int Id, string Name, decimal Price, DateTimeOffset At, SampleKind Kind, SampleRecord? Parent = null);
