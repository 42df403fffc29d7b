namespace Larder.Testing.Conformance;

/// <summary>An enumeration, as values of the suites.</summary>
internal enum SampleKind
{
    None,
    Small,
    Large = 1000,
}
