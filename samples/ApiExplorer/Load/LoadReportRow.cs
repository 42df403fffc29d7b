namespace ApiExplorer.Load;

/// <summary>One line of the table.</summary>
internal sealed record LoadReportRow(string Name, bool Cached, Measurement Measurement);
