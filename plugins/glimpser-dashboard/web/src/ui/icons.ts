// Every icon that pages use, by the name they use it by. Drawings are lucide's.

import {
  Activity, Bell, Blocks, Camera, Check, ChevronDown, ChevronLeft, ChevronRight, ChevronUp, CircleAlert, CircleHelp, CircleUser,
  Download, Ellipsis, Eye, EyeOff, Film, Gauge, Grid2x2, HardDrive, Image, Inbox, Info, KeyRound, Layers, LayoutGrid,
  Link, Lock, LogOut, Maximize, Menu, Monitor, Moon, Pause, Pencil, Play, Plus, Puzzle, Redo2, RefreshCw, 
  ScrollText, Search,Settings, Share2, Shield, Square, Sun, Tag, Trash2, TriangleAlert, Undo2, User, Users, VideoOff, Wifi, WifiOff, X,
} from "lucide"; // biome-ignore format: one list

export const ICONS = {
  activity: Activity, add: Plus, alert: CircleAlert, back: ChevronLeft, bell: Bell, camera: Camera, check: Check,
  close: X, connected: Wifi, delete: Trash2, disconnected: WifiOff, disk: HardDrive, down: ChevronDown,
  download: Download, edit: Pencil, eye: Eye, "eye-off": EyeOff, film: Film, full: Maximize, group: Layers,
  help: CircleHelp, image: Image, inbox: Inbox, info: Info, key: KeyRound, link: Link, lock: Lock, menu: Menu,
  monitor: Monitor, moon: Moon, more: Ellipsis, next: ChevronRight, offline: VideoOff, out: LogOut, panel: Blocks,
  pause: Pause, person: User, people: Users, play: Play, plugin: Puzzle, refresh: RefreshCw, role: Shield,
  audit: ScrollText, search: Search, settings: Settings, share: Share2, status: Gauge, stop: Square, streams: Grid2x2,
  sun: Sun, tag: Tag, redo: Redo2, undo: Undo2, up: ChevronUp, user: CircleUser, wall: LayoutGrid, warning: TriangleAlert,
} as const; // biome-ignore format: one list

export type IconName = keyof typeof ICONS;
