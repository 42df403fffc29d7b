namespace ApiExplorer.Import;

/// <summary>Takes the rows of an import. A row comes after those that it refers to, but for types, which may refer to later ones.</summary>
internal interface IRowWriter
{
    /// <summary>Writes a row: whole numbers, text, truth values or null, in the order of the table's columns.</summary>
    void Write(CatalogTable table, params ReadOnlySpan<object?> values);
}
