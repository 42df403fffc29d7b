namespace Larder.Testing.Conformance.Modelling;

/// <summary>The types as which the model reads entries. It writes text and integers of both widths.</summary>
internal enum ModelType
{
    Text,
    Long,
    Int,
}
