namespace Larder.Soak.WriteBehind;

/// <summary>What is written: the how-manieth write of its key it is.</summary>
internal sealed record Document(long Number, string Text);
