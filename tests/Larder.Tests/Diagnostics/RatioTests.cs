using System.Globalization;
using System.Text.Json;

namespace Larder.Tests.Diagnostics;

/// <summary>Shares of a whole.</summary>
public sealed class RatioTests
{
    [Fact]
    [Ledger(177)]
    [LedgerFault(19)]
    public void Fault_19_it_is_written_in_one_way_in_every_culture()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            Assert.Equal("65.4 %", new Ratio(0.654).ToString());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    [Ledger(177)]
    public void It_is_compared_as_a_fraction()
    {
        Assert.True(new Ratio(0.65) < 0.7);
        Assert.True(new Ratio(0.65).CompareTo(new Ratio(0.7)) < 0);
        Assert.Equal(0.65, (double)new Ratio(0.65));
    }

    [Fact]
    public void Of_nothing_there_is_no_ratio()
    {
        Assert.Null(Ratio.Of(0, 0));
        Assert.Equal(new Ratio(0.25), Ratio.Of(1, 4));
    }

    [Theory]
    [InlineData(70)]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    public void A_percentage_is_not_taken_for_a_fraction(double fraction)
    {
        var refusal = Assert.Throws<ArgumentOutOfRangeException>(() => new Ratio(fraction));

        Assert.Contains("seventy percent are 0.7", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void In_JSON_it_is_its_fraction()
    {
        Assert.Equal("0.65", JsonSerializer.Serialize(new Ratio(0.65)));
        Assert.Equal(new Ratio(0.65), JsonSerializer.Deserialize<Ratio>("0.65"));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Ratio>("65"));
    }
}
