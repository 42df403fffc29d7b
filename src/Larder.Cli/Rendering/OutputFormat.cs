namespace Larder.Cli.Rendering;

/// <summary>How results are written.</summary>
internal enum OutputFormat
{
    /// <summary>For people.</summary>
    Table,

    /// <summary>For programs; nothing else is on the standard output.</summary>
    Json,

    /// <summary>For spreadsheets, with a line of names.</summary>
    Csv,

    /// <summary>Names alone, one a line, for pipes.</summary>
    Name,
}
