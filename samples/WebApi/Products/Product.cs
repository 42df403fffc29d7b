namespace Larder.Samples.WebApi.Products;

internal sealed record Product(string Name, string Category, decimal Price);
