namespace ApiExplorer.Import;

/// <summary>Where a catalogue is imported into.</summary>
internal interface ICatalogTarget
{
    /// <summary>Names the place for people.</summary>
    string Description { get; }

    /// <summary>What the catalogue there was imported from; null when there is none.</summary>
    Task<string?> ReadSignatureAsync();

    /// <summary>
    /// Puts a new catalogue in the place of the one that is there, as a whole or not at all. The notes of types that there still are
    /// are kept.
    /// </summary>
    /// <param name="signature">What it is imported from.</param>
    /// <param name="write">Writes its rows.</param>
    /// <returns>How many notes were kept.</returns>
    Task<int> ReplaceAsync(string signature, Action<IRowWriter> write);
}
