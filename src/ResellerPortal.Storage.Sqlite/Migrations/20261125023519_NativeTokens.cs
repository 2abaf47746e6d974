using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ResellerPortal.Storage.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class NativeTokens : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "Counted",
                table: "UpstreamReading",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "IssuesNativeTokens",
                table: "Reseller",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<long>(
                name: "DeletedUpstreamAtUtc",
                table: "ApiToken",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "IsNative",
                table: "ApiToken",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.CreateTable(
                name: "StatisticsPull",
                columns: table => new
                {
                    ResellerId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    AtUtc = table.Column<long>(type: "INTEGER", nullable: false),
                    ThroughDay = table.Column<DateOnly>(type: "TEXT", nullable: true),
                    Added = table.Column<long>(type: "INTEGER", nullable: false),
                    Fault = table.Column<string>(type: "TEXT", maxLength: 400, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_StatisticsPull", x => x.ResellerId);
                    table.ForeignKey(
                        name: "FK_StatisticsPull_Reseller_ResellerId",
                        column: x => x.ResellerId,
                        principalTable: "Reseller",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "StatisticsPull");

            migrationBuilder.DropColumn(
                name: "Counted",
                table: "UpstreamReading");

            migrationBuilder.DropColumn(
                name: "IssuesNativeTokens",
                table: "Reseller");

            migrationBuilder.DropColumn(
                name: "DeletedUpstreamAtUtc",
                table: "ApiToken");

            migrationBuilder.DropColumn(
                name: "IsNative",
                table: "ApiToken");
        }
    }
}
