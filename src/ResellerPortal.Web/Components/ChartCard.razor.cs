using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace ResellerPortal.Web.Components;

/// <summary>One series of a chart with a value per label. Only charts may round.</summary>
public sealed record ChartLine(string Name, IReadOnlyList<decimal> Values);

/// <summary>A bar chart with a title and a unit that can also be shown as a table.</summary>
public sealed partial class ChartCard
{
    private const int MaxLabels = 12;

    private static readonly string[] Palette = ["#4f74ee", "#9aa3b2", "#1a9f62"];

    private List<ChartSeries<double>> _chart = [];
    private string[] _shownLabels = [];
    private BarChartOptions _options = new();
    private bool _asTable;

    [Parameter, EditorRequired]
    public string Title { get; set; } = "";

    [Parameter, EditorRequired]
    public string Unit { get; set; } = "";

    [Parameter, EditorRequired]
    public IReadOnlyList<string> Labels { get; set; } = [];

    [Parameter, EditorRequired]
    public IReadOnlyList<ChartLine> Series { get; set; } = [];

    [Parameter]
    public string Format { get; set; } = "N0";

    protected override void OnParametersSet()
    {
        _chart = [
            .. Series.Select(
                line => new ChartSeries<double> { Name = line.Name, Data = line.Values.Select(value => (double)value).ToArray() }),
        ];

        // Thirty labels do not fit under thirty bars, so only every n-th one is shown.
        var every = (Labels.Count + MaxLabels - 1) / MaxLabels;
        _shownLabels = [.. Labels.Select((label, index) => every <= 1 || index % every == 0 ? label : "")];
        _options = new BarChartOptions
        {
            YAxisFormat = "N0",
            YAxisTicks = CalculateTick(Series.SelectMany(line => line.Values).DefaultIfEmpty().Max()),
            BarWidthRatio = 0.9,
            SeriesSpacingRatio = 0.25,
            ChartPalette = Palette,
            ShowLegend = false,
        };
    }

    /// <summary>Returns a step of 1, 2 or 5 times a power of ten that gives at most five grid lines.</summary>
    private static int CalculateTick(decimal highest)
    {
        const int lines = 5;
        var power = 1;
        while (power * 5 * lines < highest)
        {
            power *= 10;
        }

        return power * (power * lines >= highest ? 1 : power * 2 * lines >= highest ? 2 : 5);
    }
}
