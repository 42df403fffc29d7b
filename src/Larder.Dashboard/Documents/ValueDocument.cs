namespace Larder.Dashboard.Documents;

/// <summary>The beginning of a value.</summary>
internal sealed record ValueDocument(string Format, string Text, long Length, bool IsTruncated);
