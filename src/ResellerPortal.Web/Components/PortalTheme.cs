using MudBlazor;

namespace ResellerPortal.Web.Components;

/// <summary>The theme: neutral greys, one accent and thin borders; green, amber and red are reserved for states.</summary>
internal static class PortalTheme
{
    private static readonly string[] Fonts = ["Inter", "system-ui", "sans-serif"];

    public static MudTheme Theme { get; } = new()
    {
        PaletteLight = new PaletteLight
        {
            Primary = "#2f5bea",
            Secondary = "#5b6472",
            Success = "#1a7f4b",
            Warning = "#a15c00",
            Error = "#c4302b",
            Info = "#2f5bea",
            Background = "#f7f8fa",
            Surface = "#ffffff",
            AppbarBackground = "#ffffff",
            AppbarText = "#171a21",
            DrawerBackground = "#f7f8fa",
            DrawerText = "#3c4350",
            DrawerIcon = "#5b6472",
            TextPrimary = "#171a21",
            TextSecondary = "#5b6472",
            LinesDefault = "#e3e6eb",
            LinesInputs = "#c3c8d1",
            TableLines = "#e9ebef",
            Divider = "#e3e6eb",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#8aa6ff",
            PrimaryContrastText = "#0d1017",
            Secondary = "#a3abb8",
            Success = "#57c98a",
            SuccessContrastText = "#0d1017",
            Warning = "#e5a54b",
            WarningContrastText = "#0d1017",
            Error = "#ff8078",
            ErrorContrastText = "#0d1017",
            Info = "#8aa6ff",
            InfoContrastText = "#0d1017",
            Background = "#0f1218",
            Surface = "#161a22",
            AppbarBackground = "#161a22",
            AppbarText = "#e8eaef",
            DrawerBackground = "#0f1218",
            DrawerText = "#c3c9d4",
            DrawerIcon = "#a3abb8",
            TextPrimary = "#e8eaef",
            TextSecondary = "#a3abb8",
            LinesDefault = "#272d38",
            LinesInputs = "#3a4250",
            TableLines = "#232935",
            Divider = "#272d38",
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "6px" },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = Fonts, FontSize = "0.875rem", LineHeight = "1.45" },
            Body1 = new Body1Typography { FontFamily = Fonts, FontSize = "0.875rem" },
            Body2 = new Body2Typography { FontFamily = Fonts, FontSize = "0.8125rem" },
            Button = new ButtonTypography
            {
                FontFamily = Fonts,
                FontSize = "0.8125rem",
                FontWeight = "600",
                TextTransform = "none",
                LetterSpacing = "0",
            },
            H6 = new H6Typography { FontFamily = Fonts, FontSize = "1rem", FontWeight = "600" },
        },
    };
}
