using System.Globalization;

namespace Larder.Samples.WebApi.Products;

/// <summary>Products, whose whole responses are cached for a minute: one for each category and language, for GET and HEAD, status 200, and for requests without authorization and cookies to be set.</summary>
internal static class ProductEndpoints
{
    private const string Tag = "products";

    public static void Map(IEndpointRouteBuilder app)
    {
        var products = app.MapGroup("/products");
        products.MapGet("/", (string? category, HttpContext context, ProductCatalogue catalogue) =>
        {
            var found = catalogue.Search(category);
            if (found.Count == 0)
            {
                return Results.NotFound();
            }

            var german = context.Request.Headers.AcceptLanguage.ToString().StartsWith("de", StringComparison.OrdinalIgnoreCase);
            var culture = CultureInfo.GetCultureInfo(german ? "de-DE" : "en-US");
            context.Response.Headers.ContentLanguage = culture.Name;
            return Results.Ok(found.Select(product => $"{product.Name}: {product.Price.ToString("0.00", culture)}"));
        }).CacheOutput(policy => policy.Expire(TimeSpan.FromMinutes(1)).SetVaryByQuery("category").SetVaryByHeader("Accept-Language").Tag(Tag));

        products.MapPost("/", async (Product product, ProductCatalogue catalogue, ICache cache, CancellationToken cancellationToken) =>
        {
            catalogue.Add(product);

            // All its responses, in every process; one that is being made is not stored.
            await cache.RemoveByTagAsync(Tag, cancellationToken);
            return Results.Created((string?)null, product);
        });
    }
}
